"""Addresses of the one picture; the board is the desk's home."""

from django.urls import path

from echowall.kernel.register.views import register_view
from echowall.voices.registers import MESSAGES

from .registers import SUSPICIOUS
from .views import board, reports

app_name = "command"
urlpatterns = [
    path("", board.board, name="board"),
    path("board/lists/", board.lists, name="board_lists"),
    path("board/map/", board.street_map, name="map"),
    path("live/", board.stream, name="live"),
    path("search/", board.search, name="search"),
    path("rows/messages/", register_view(MESSAGES), name="messages"),
    path("bulletins/", reports.bulletins, name="bulletins"),
    path("bulletins/new/<slug:kind>/", reports.draft, name="draft"),
    path("bulletins/new/<slug:kind>/issue/", reports.issue, name="issue"),
    path("bulletins/<uuid:bulletin_id>/", reports.bulletin, name="bulletin"),
    path("bulletins/<uuid:bulletin_id>/pdf/", reports.bulletin_pdf, name="bulletin_pdf"),
    path("rankings/", reports.rankings, name="rankings"),
    path("figures/", reports.figures, name="figures"),
    path("suspicious/", register_view(SUSPICIOUS), name="suspicious"),
]
