import math

import numpy as np
import pytest

from echowall.planning.distances import Travel, distances, faults_of_travel
from echowall.planning.networks import Network, Node, Path, Projection, main_part, network_from_geojson

# A square of 100 m; its south side is one way (east), its north side for people only.
SQUARE = Network(
    (Node("sw", 0, 0), Node("se", 100, 0), Node("ne", 100, 100), Node("nw", 0, 100)),
    (
        Path("sw", "se", is_one_way=True),
        Path("se", "ne"),
        Path("ne", "nw", is_drivable=False),
        Path("nw", "sw"),
    ),
    "测图",
)


def line(*points: tuple[float, float], **properties: object) -> dict[str, object]:
    return {
        "properties": properties,
        "geometry": {"type": "LineString", "coordinates": [[x / 1000, y / 1000] for x, y in points]},
    }


class TestStraight:
    def test_multiplies_by_the_detour_and_says_so(self) -> None:
        found = distances([(0, 0), (30, 40)], travel=Travel(detour=1.2))
        assert np.allclose(found.metres, [[0, 60], [60, 0]])
        assert "1.2" in found.said.zh

    def test_refuses_a_detour_below_one(self) -> None:
        with pytest.raises(ValueError, match=r"0\.5"):
            distances([(0, 0)], travel=Travel(detour=0.5))


class TestNetwork:
    def test_walks_both_ways_of_a_one_way_street(self) -> None:
        found = distances([(20, 0), (80, 0)], travel=Travel(SQUARE, 1.0))
        assert np.allclose(found.metres, [[0, 60], [60, 0]])
        assert "测图" in found.said.zh

    def test_drives_round_a_one_way_street_and_not_over_a_footway(self) -> None:
        ring = Network(SQUARE.nodes, (*SQUARE.paths[:2], Path("ne", "nw"), SQUARE.paths[3]))
        found = distances([(20, 0), (80, 0)], travel=Travel(ring, 1.0), mode="drive")
        assert np.allclose(found.metres, [[0, 60], [340, 0]])
        assert distances([(80, 0)], [(20, 0)], travel=Travel(SQUARE), mode="drive").metres[0, 0] == math.inf

    def test_reaches_the_nearest_path_in_a_straight_line_times_detour(self) -> None:
        found = distances([(50, -10)], [(110, 50)], travel=Travel(SQUARE, 1.5))
        assert found.metres[0, 0] == pytest.approx(10 * 1.5 + 100 + 10 * 1.5)

    def test_takes_the_stated_length_of_a_path(self) -> None:
        bent = Network(SQUARE.nodes[:2], (Path("sw", "se", 300.0),))
        assert distances([(0, 0)], [(50, 0)], travel=Travel(bent)).metres[0, 0] == pytest.approx(150)

    def test_names_every_fault(self) -> None:
        network = Network((Node("a", 0, 0), Node("a", 1, 1)), (Path("a", "b", -1),))
        places = {fault.place for fault in faults_of_travel(Travel(network, 0.9), "travel")}
        assert places == {
            "travel.detour",
            "travel.network.nodes.1.id",
            "travel.network.paths.0.end",
            "travel.network.paths.0.metres",
        }


class TestNetworkFromGeoJson:
    def test_joins_ways_that_meet_and_not_those_that_cross(self) -> None:
        roads = {
            "features": [
                line((0, 0), (2, 0), highway="residential"),
                line((1, -1), (1, 1), highway="footway"),  # a bridge: shares no point
                line(
                    (0.5, 0.000001), (0.5, 1), kind="minor_road", kind_detail="service", oneway="yes"
                ),  # cut by a tile
                line((0, 0), (0, 1), kind="rail", kind_detail="subway"),
            ]
        }
        network = network_from_geojson(roads, Projection(0, 0))
        assert len(network.nodes) == 6
        assert len(main_part(network, "walk").nodes) == 4
        metre = math.radians(1) * 6_371_008.8 / 1000
        found = distances([(0, 0)], [(0.5 * metre, metre)], travel=Travel(main_part(network, "drive")), mode="drive")
        assert found.metres[0, 0] == pytest.approx(1.5 * metre, abs=0.1)
        back = distances([(0.5 * metre, metre)], [(0, 0)], travel=Travel(network), mode="drive")
        assert back.metres[0, 0] == math.inf

    def test_turns_a_way_against_its_points(self) -> None:
        roads = {"features": [line((0, 0), (1, 0), highway="primary", oneway="-1")]}
        network = network_from_geojson(roads, Projection(0, 0))
        by_id = {node.id: node for node in network.nodes}
        (path,) = network.paths
        assert path.is_one_way
        assert by_id[path.start].x > by_id[path.end].x
