"""Addresses of the outbox."""

from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("", views.outbox, name="list"),
    path("<uuid:notice_id>/again/", views.try_again, name="try_again"),
    path("transports/", views.transports, name="transports"),
]
