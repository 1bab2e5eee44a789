import "maplibre-gl/dist/maplibre-gl.css";
import maplibregl, { type GeoJSONSource, type MapGeoJSONFeature, type StyleSpecification } from "maplibre-gl";
import type * as GeoJSON from "geojson";
import type { Place } from "./geo";

export interface MapSources {
  /** Address of a GeoJSON of places (Point or Polygon; properties id, name, path, optional tone and count). */
  places: string;
  /** Address of the office's own .pmtiles base map (vector, Protomaps layers or raster); none: the places alone are the map. */
  tiles?: string;
  /** "lng,lat" to start at when there are no places. */
  center?: string;
}

const ink = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--ew-${name}`).trim();
const tone = (): maplibregl.ExpressionSpecification =>
  ["match", ["coalesce", ["get", "tone"], ""], "critical", ink("critical"), "urgent", ink("urgent"), "warn", ink("warn"), "ok", ink("ok"), ink("accent")];

function style(): StyleSpecification {
  return { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": ink("sunken") } }] };
}

async function addBase(map: maplibregl.Map, address: string): Promise<void> {
  const { PMTiles, Protocol } = await import("pmtiles");
  const protocol = new Protocol();
  maplibregl.addProtocol("pmtiles", protocol.tile);
  const archive = new PMTiles(new URL(address, location.href).href);
  protocol.add(archive);
  const raster = (await archive.getHeader()).tileType !== 1;
  const url = `pmtiles://${new URL(address, location.href).href}`;
  map.addSource("base", raster ? { type: "raster", url, tileSize: 256 } : { type: "vector", url });
  if (raster) return void map.addLayer({ id: "base", type: "raster", source: "base" });
  const layer = (id: string, type: "fill" | "line", paint: object): void =>
    void map.addLayer({ id: `base-${id}`, type, source: "base", "source-layer": id, paint } as maplibregl.LayerSpecification);
  layer("water", "fill", { "fill-color": ink("accent-soft") });
  layer("roads", "line", { "line-color": ink("line-strong"), "line-width": 1 });
  layer("buildings", "fill", { "fill-color": ink("line") });
}

function addPlaces(map: maplibregl.Map, data: GeoJSON.FeatureCollection): void {
  map.addSource("places", { type: "geojson", data });
  const polygons: maplibregl.FilterSpecification = ["==", ["geometry-type"], "Polygon"];
  map.addLayer({ id: "areas", type: "fill", source: "places", filter: polygons, paint: { "fill-color": tone(), "fill-opacity": 0.18 } });
  map.addLayer({ id: "edges", type: "line", source: "places", filter: polygons, paint: { "line-color": tone(), "line-width": 1.5 } });
  map.addLayer({
    id: "points",
    type: "circle",
    source: "places",
    filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": ["interpolate", ["linear"], ["coalesce", ["get", "count"], 1], 1, 6, 100, 18], "circle-color": tone(), "circle-stroke-color": ink("surface"), "circle-stroke-width": 1.5 },
  });
}

function extent(data: GeoJSON.FeatureCollection): maplibregl.LngLatBounds {
  const bounds = new maplibregl.LngLatBounds();
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === "number") bounds.extend([value[0], value[1] as number]);
    else value.forEach(walk);
  };
  data.features.forEach((feature) => "coordinates" in feature.geometry && walk(feature.geometry.coordinates));
  return bounds;
}

const middle = (feature: GeoJSON.Feature): maplibregl.LngLat => extent({ type: "FeatureCollection", features: [feature] }).getCenter();

/** Names as page elements near the middle of the view: Chinese letters need no glyph server that way. */
function label(map: maplibregl.Map, data: GeoJSON.FeatureCollection): void {
  const shown: maplibregl.Marker[] = [];
  const draw = (): void => {
    shown.splice(0).forEach((marker) => marker.remove());
    if (map.getZoom() < 13.5) return;
    const bounds = map.getBounds();
    for (const feature of data.features) {
      const centre = middle(feature);
      if (!bounds.contains(centre) || shown.length >= 40) continue;
      const element = document.createElement("span");
      element.className = "ew-map-label";
      element.textContent = String(feature.properties?.name ?? "");
      shown.push(new maplibregl.Marker({ element, anchor: "top", offset: [0, 8] }).setLngLat(centre).addTo(map));
      // The name is a text on the map, not a button called "Map marker".
      ["aria-label", "role", "tabindex"].forEach((name) => element.removeAttribute(name));
    }
  };
  map.on("moveend", draw);
  draw();
}

/** Opens a map of the places in `frame`; a click gives the place under it (if any) and the point. Rejects when it cannot. */
export async function openMap(frame: HTMLElement, sources: MapSources, pick?: (place: Place | undefined, point: { lng: number; lat: number }) => void): Promise<maplibregl.Map> {
  const answer = await fetch(sources.places, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const data = (await answer.json()) as GeoJSON.FeatureCollection;
  const [lng, lat] = (sources.center ?? "113.65,34.75").split(",").map(Number);
  const map = new maplibregl.Map({ container: frame, style: style(), center: [lng!, lat!], zoom: 13, attributionControl: false, dragRotate: false, pitchWithRotate: false });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
  if (pick) map.addControl(new maplibregl.GeolocateControl({ positionOptions: { enableHighAccuracy: true } }));
  await new Promise<void>((resolve) => map.once("load", () => resolve()));
  if (sources.tiles) await addBase(map, sources.tiles).catch((error: unknown) => console.warn("base map", error));
  addPlaces(map, data);
  if (data.features.length) map.fitBounds(extent(data), { padding: 32, maxZoom: 16, animate: false });
  label(map, data);
  const marker = new maplibregl.Marker({ color: ink("critical") });
  map.on("click", (event) => {
    const hit: MapGeoJSONFeature | undefined = map.queryRenderedFeatures(event.point, { layers: ["points", "areas"] })[0];
    const own = hit && (map.getSource("places") as GeoJSONSource) ? (hit.properties as Partial<Place> & { url?: string }) : undefined;
    if (!pick) return own?.url ? location.assign(own.url) : undefined;
    marker.setLngLat(event.lngLat).addTo(map);
    pick(own?.id ? { id: own.id, name: own.name ?? "", path: own.path ?? "" } : undefined, event.lngLat);
  });
  for (const name of ["points", "areas"]) {
    map.on("mouseenter", name, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", name, () => (map.getCanvas().style.cursor = ""));
  }
  return map;
}

/** `<div class="ew-map" data-map="…geojson" [data-tiles data-center]>` on a desk page: a feature's `url` property is followed. */
export function mountMap(frame: HTMLElement): void {
  openMap(frame, { places: frame.dataset.map!, tiles: frame.dataset.tiles, center: frame.dataset.center }).catch((error: unknown) => {
    console.warn("map", error);
    frame.hidden = true; // the list beside the map says the same
  });
}
