"""Addresses of the kernel's own pages."""

from django.urls import path

from .audit.registers import AUDIT
from .register import views as register_views

app_name = "kernel"
urlpatterns = [
    path("audit/", register_views.register_view(AUDIT), name="audit"),
    path("registers/<slug:name>/views/", register_views.save_view, name="save_view"),
    path("registers/views/<uuid:view_id>/delete/", register_views.delete_view, name="delete_view"),
    path("registers/<slug:name>/export/", register_views.export, name="export"),
    path("registers/<slug:name>/take-in/", register_views.take_in, name="take_in"),
    path("work/<uuid:progress_id>/", register_views.progress, name="progress"),
    path("work/<uuid:progress_id>/file/", register_views.download, name="download"),
]
