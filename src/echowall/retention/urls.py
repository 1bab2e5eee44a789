"""Addresses of retention."""

from django.urls import path

from echowall.kernel.register.views import register_view

from . import registers, views

app_name = "retention"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("hold/", views.hold, name="hold"),
    path("holds/<uuid:hold_id>/release/", views.release, name="release"),
    path("records/", register_view(registers.DESTRUCTIONS), name="records"),
    path("keys/", views.keys, name="keys"),
    path("keys/<slug:kind>/destroy/", views.destroy, name="destroy_keys"),
]
