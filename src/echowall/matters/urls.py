"""Addresses of matters."""

from django.urls import path

from . import urls_answering, views

app_name = "matters"
urlpatterns = [
    path("", views.matter_list, name="list"),
    path("mine/", views.mine, name="mine"),
    path("new/", views.new, name="new"),
    path("alerts/", views.alerts, name="alerts"),
    path("merge/", views.merge_chosen, name="merge_chosen"),
    path("evidence/<uuid:evidence_id>/", views.evidence_file, name="evidence_file"),
    path("attachment/<uuid:attachment_id>/", views.attachment, name="attachment"),
    path("reports/<uuid:report_id>/unmask/", views.unmask, name="unmask"),
    path("events/<uuid:event_id>/unmask/", views.unmask_event, name="unmask_event"),
    *urls_answering.urlpatterns,
    path("<uuid:matter_id>/", views.detail, name="detail"),
    path("<uuid:matter_id>/follow-correction/", views.follow_correction, name="follow_correction"),
    path("<uuid:matter_id>/do/<slug:name>/", views.act, name="act"),
]
