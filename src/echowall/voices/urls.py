"""Addresses of hearing: the residents' pages, the callbacks of platforms, and the desk's pages below ``desk/``."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from .views import progress, public, wechat

app_name = "voices"
_DESK = "echowall.voices.urls_desk"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.say, name="say"),
    path("o/<str:office_code>/", public.say, name="say_office"),
    path("o/<str:office_code>/places/", public.places, name="places"),
    path("o/<str:office_code>/map/", public.places_map, name="map"),
    path("said/<str:ticket>/", public.said, name="said"),
    path("wechat/<uuid:source_id>/", wechat.callback, name="wechat"),
    path("progress/", progress.progress, name="progress"),
    path("progress/<str:ticket>/", progress.ticket, name="ticket"),
    path("progress/<str:ticket>/outcome/", progress.outcome, name="outcome"),
    path("progress/<str:ticket>/more/", progress.more, name="more"),
    path("progress/<str:ticket>/leave/", progress.leave, name="leave"),
]
if find_spec(_DESK):
    urlpatterns.append(path("desk/", include(_DESK)))
