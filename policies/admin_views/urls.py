"""Addresses of the record's acts, under the admin's."""

from __future__ import annotations

from django.urls import path

from policies.admin_views import acts, comparing, correcting, importing, pasting, record, structure
from policies.choices import EditionKind

app_name = "avow_policies"

urlpatterns = [
    path("<int:policy_id>/", record.RecordView.as_view(), name="record"),
    path("<int:policy_id>/withdraw/", acts.StandingView.as_view(kind=EditionKind.WITHDRAWAL), name="withdraw"),
    path("<int:policy_id>/reinstate/", acts.StandingView.as_view(kind=EditionKind.REINSTATEMENT), name="reinstate"),
    path("notes/<int:text_id>/", acts.CorrectNoteView.as_view(), name="correct_note"),
    path("dates/<int:edition_id>/", acts.AnnounceDateView.as_view(), name="announce_date"),
    path("pages/<int:page_id>/correct/", correcting.BeginCorrectionView.as_view(), name="correct"),
    path("pages/<int:page_id>/drop-correction/", correcting.drop, name="drop_correction"),
    path("pages/<int:page_id>/structure/", structure.update_structure, name="structure"),
    path("pages/<int:page_id>/compare/<int:revision_id>/", comparing.CompareDraftView.as_view(), name="compare"),
    path("paste/", pasting.read_pasted, name="paste"),
    path("pages/<int:page_id>/import/", importing.ImportView.as_view(), name="import"),
]
