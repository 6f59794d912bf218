"""Addresses of the record's acts, under the admin's."""

from __future__ import annotations

from django.urls import path

from policies.admin_views import acts, comparing, importing, pasting, record, structure

app_name = "avow_policies"

urlpatterns = [
    path("<int:policy_id>/", record.RecordView.as_view(), name="record"),
    path("<int:policy_id>/withdraw/", acts.WithdrawView.as_view(), name="withdraw"),
    path("<int:policy_id>/reinstate/", acts.ReinstateView.as_view(), name="reinstate"),
    path("notes/<int:text_id>/", acts.CorrectNoteView.as_view(), name="correct_note"),
    path("dates/<int:edition_id>/", acts.AnnounceDateView.as_view(), name="announce_date"),
    path("pages/<int:page_id>/structure/", structure.update_structure, name="structure"),
    path("pages/<int:page_id>/compare/<int:revision_id>/", comparing.CompareDraftView.as_view(), name="compare"),
    path("paste/", pasting.read_pasted, name="paste"),
    path("pages/<int:page_id>/import/", importing.ImportView.as_view(), name="import"),
]
