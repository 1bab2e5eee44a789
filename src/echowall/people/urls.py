"""Addresses of accounts."""

from django.urls import path

from echowall.kernel.register.views import register_view

from . import registers, views

app_name = "people"
urlpatterns = [
    path("", register_view(registers.ACCOUNTS, "people/accounts.html"), name="accounts"),
    path("new/", views.new_account, name="new"),
    path("<uuid:worker_id>/", views.account, name="account"),
]
