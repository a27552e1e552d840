"""Forms of service items: compiled from `form.json`, read, checked, shown."""

from __future__ import annotations

from tongban_workflow.forms.checking import check_form
from tongban_workflow.forms.compiling import CompiledForm, compile_form, form_of
from tongban_workflow.forms.found import NOTHING_FOUND, Found
from tongban_workflow.forms.looking import look_up
from tongban_workflow.forms.people import read_applicant
from tongban_workflow.forms.posted import PREFIX, Posted, Upload, clean_lines
from tongban_workflow.forms.prefill import Applicant
from tongban_workflow.forms.reading import (
    Reading,
    Rights,
    editable,
    enter_stored,
    read_entered,
    read_form,
    shown_fields,
)
from tongban_workflow.forms.sheets import Sheet, TakenIn, lay_out, take_in
from tongban_workflow.forms.showing import FormState, SectionView, mask_phone, show_form, summary
from tongban_workflow.forms.uploads import (
    GUARD,
    draft_ref,
    file_ids,
    give_files,
    is_draft_ref,
    release_files,
    remove_file,
    store_uploads,
)
from tongban_workflow.forms.widgets import Entered

__all__ = [
    "GUARD",
    "NOTHING_FOUND",
    "PREFIX",
    "Applicant",
    "CompiledForm",
    "Entered",
    "FormState",
    "Found",
    "Posted",
    "Reading",
    "Rights",
    "SectionView",
    "Sheet",
    "TakenIn",
    "Upload",
    "check_form",
    "clean_lines",
    "compile_form",
    "draft_ref",
    "editable",
    "enter_stored",
    "file_ids",
    "form_of",
    "give_files",
    "is_draft_ref",
    "lay_out",
    "look_up",
    "mask_phone",
    "read_applicant",
    "read_entered",
    "read_form",
    "release_files",
    "remove_file",
    "show_form",
    "shown_fields",
    "store_uploads",
    "summary",
    "take_in",
]
