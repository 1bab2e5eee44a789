"""Addresses of the desk's pages of hearing, below ``desk/``."""

from django.urls import path
from django.views.decorators.http import require_POST

from .views import desk, files, hotline, imports, paste, places, sources

urlpatterns = [
    path("messages/", desk.inbox, name="inbox"),
    path("messages/<uuid:message_id>/", desk.message, name="message"),
    path("messages/<uuid:message_id>/correct/", require_POST(desk.correct), name="correct"),
    path("messages/<uuid:message_id>/note/", require_POST(desk.note), name="note"),
    path("messages/<uuid:message_id>/retry/", require_POST(desk.try_again), name="retry"),
    path("messages/<uuid:message_id>/open/", require_POST(desk.open_matter), name="open_matter"),
    path("messages/<uuid:message_id>/join/", require_POST(desk.join_matter), name="join_matter"),
    path("messages/<uuid:message_id>/unmask/", require_POST(desk.unmask), name="unmask"),
    path("attachments/<uuid:attachment_id>/", files.attachment, name="attachment"),
    path("places/suggest/", places.places, name="places"),
    path("paste/", paste.paste, name="paste"),
    path("hotline/", hotline.hotline, name="hotline"),
    path("hotline/caller/", require_POST(hotline.caller), name="hotline_caller"),
    path("hotline/reading/", require_POST(hotline.reading), name="hotline_reading"),
    path("hotline/<uuid:message_id>/", hotline.taken, name="hotline_taken"),
    path("imports/", imports.imports, name="imports"),
    path("imports/upload/", require_POST(imports.upload), name="upload"),
    path("imports/<uuid:import_id>/", imports.one, name="import"),
    path("imports/<uuid:import_id>/map/", require_POST(imports.change), name="import_map"),
    path("imports/<uuid:import_id>/start/", require_POST(imports.start), name="import_start"),
    path("imports/<uuid:import_id>/discard/", require_POST(imports.discard), name="import_discard"),
    path("imports/<uuid:import_id>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:import_id>/errors.xlsx", imports.errors, name="import_errors"),
    path("sources/", sources.sources, name="sources"),
    path("sources/<uuid:source_id>/state/", require_POST(sources.switch), name="source_state"),
    path("sources/<uuid:source_id>/token/", require_POST(sources.token), name="source_token"),
    path("sources/<uuid:source_id>/mapping/", require_POST(sources.forget), name="source_mapping"),
]
