"""Addresses of answering, of callbacks and of the wordings; included by ``urls``."""

from django.urls import path

from .views import answering, callbacks, wordings

urlpatterns = [
    path("<uuid:matter_id>/answering/", answering.answering, name="answering"),
    path("<uuid:matter_id>/answering/check/", answering.check, name="check_reply"),
    path("<uuid:matter_id>/answering/policies/", answering.library_search, name="answering_policies"),
    path("<uuid:matter_id>/answering/send/", answering.send, name="answer"),
    path("<uuid:matter_id>/answering/letter/", answering.letter, name="reply_letter"),
    path("callbacks/", callbacks.callbacks, name="callbacks"),
    path("callbacks/<uuid:report_id>/", callbacks.record, name="callback"),
    path("callbacks/<uuid:report_id>/number/", callbacks.number, name="callback_number"),
    path("templates/", wordings.templates, name="templates"),
    path("templates/new/", wordings.template, name="template_new"),
    path("templates/<uuid:template_id>/", wordings.template, name="template"),
    path("policies/", wordings.policies, name="policies"),
    path("policies/new/", wordings.policy, name="policy_new"),
    path("policies/load/", wordings.load_policies, name="load_policies"),
    path("policies/<uuid:policy_id>/", wordings.policy, name="policy"),
]
