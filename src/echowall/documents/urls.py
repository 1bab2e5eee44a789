"""Addresses of documents."""

from django.urls import path

from echowall.kernel.register.views import register_view

from . import registers, views

app_name = "documents"
urlpatterns = [
    path("", register_view(registers.DOCUMENTS), name="list"),
    path("<uuid:document_id>/", views.detail, name="detail"),
    path("<uuid:document_id>/pdf/", views.pdf, name="pdf"),
    path("<uuid:document_id>/revise/", views.revise, name="revise"),
    path("<uuid:document_id>/issue/", views.issue, name="issue"),
    path("<uuid:document_id>/void/", views.void, name="void"),
]
