"""All rules, listed by hand."""

from chirp_check.rule import Rule
from chirp_check.rules.bad_argument import bad_argument
from chirp_check.rules.bad_call import bad_call
from chirp_check.rules.bad_encoding import bad_encoding
from chirp_check.rules.bad_hx_value import bad_hx_value
from chirp_check.rules.bad_operand import bad_operand
from chirp_check.rules.bad_page_file import bad_page_file
from chirp_check.rules.bad_path_value import bad_path_value
from chirp_check.rules.bad_registration import bad_registration
from chirp_check.rules.bad_return_arguments import bad_return_arguments
from chirp_check.rules.bad_route_path import bad_route_path
from chirp_check.rules.bare_ignore import bare_ignore
from chirp_check.rules.changed_hx_value import changed_hx_value
from chirp_check.rules.confusable_name import confusable_name
from chirp_check.rules.dead_template import dead_template
from chirp_check.rules.deferred_read import deferred_read
from chirp_check.rules.discarded_response import discarded_response
from chirp_check.rules.duplicate_block import duplicate_block
from chirp_check.rules.duplicate_context import duplicate_context
from chirp_check.rules.duplicate_id import duplicate_id
from chirp_check.rules.duplicate_route import duplicate_route
from chirp_check.rules.duplicate_route_name import duplicate_route_name
from chirp_check.rules.endless_polling import endless_polling
from chirp_check.rules.fragment_scope import fragment_scope
from chirp_check.rules.hoisted_guard import hoisted_guard
from chirp_check.rules.implicit_inheritance import implicit_inheritance
from chirp_check.rules.inert_update import inert_update
from chirp_check.rules.internal_error import internal_error
from chirp_check.rules.lost_target import lost_target
from chirp_check.rules.maybe_missing_context import maybe_missing_context
from chirp_check.rules.missing_context import missing_context
from chirp_check.rules.missing_csrf import missing_csrf
from chirp_check.rules.missing_enctype import missing_enctype
from chirp_check.rules.missing_file import missing_file
from chirp_check.rules.nested_id import nested_id
from chirp_check.rules.nested_page import nested_page
from chirp_check.rules.never_none import never_none
from chirp_check.rules.not_a_stream import not_a_stream
from chirp_check.rules.not_iterable import not_iterable
from chirp_check.rules.orphan_block import orphan_block
from chirp_check.rules.passed_over_header import passed_over_header
from chirp_check.rules.path_parameter import path_parameter
from chirp_check.rules.possibly_none import possibly_none
from chirp_check.rules.prevented_default import prevented_default
from chirp_check.rules.python_syntax import python_syntax
from chirp_check.rules.registry_mismatch import registry_mismatch
from chirp_check.rules.removed_hx_attribute import removed_hx_attribute
from chirp_check.rules.renamed_hx_attribute import renamed_hx_attribute
from chirp_check.rules.shadowed_route import shadowed_route
from chirp_check.rules.template_cycle import template_cycle
from chirp_check.rules.template_syntax import template_syntax
from chirp_check.rules.too_large import too_large
from chirp_check.rules.unheard_event import unheard_event
from chirp_check.rules.unknown_attribute import unknown_attribute
from chirp_check.rules.unknown_block import unknown_block
from chirp_check.rules.unknown_deferred import unknown_deferred
from chirp_check.rules.unknown_event import unknown_event
from chirp_check.rules.unknown_field import unknown_field
from chirp_check.rules.unknown_filter import unknown_filter
from chirp_check.rules.unknown_hx_attribute import unknown_hx_attribute
from chirp_check.rules.unknown_import import unknown_import
from chirp_check.rules.unknown_route_name import unknown_route_name
from chirp_check.rules.unknown_rule import unknown_rule
from chirp_check.rules.unknown_select import unknown_select
from chirp_check.rules.unknown_selector import unknown_selector
from chirp_check.rules.unknown_slot import unknown_slot
from chirp_check.rules.unknown_target import unknown_target
from chirp_check.rules.unknown_template import unknown_template
from chirp_check.rules.unknown_test import unknown_test
from chirp_check.rules.unnegotiable_annotation import unnegotiable_annotation
from chirp_check.rules.unnegotiable_return import unnegotiable_return
from chirp_check.rules.unquoted_attribute import unquoted_attribute
from chirp_check.rules.unread_field import unread_field
from chirp_check.rules.unreadable_file import unreadable_file
from chirp_check.rules.unrouted_link import unrouted_link
from chirp_check.rules.unrouted_url import unrouted_url
from chirp_check.rules.unsafe_markup import unsafe_markup
from chirp_check.rules.unsafe_template_name import unsafe_template_name
from chirp_check.rules.unsent_form import unsent_form
from chirp_check.rules.unswapped_error import unswapped_error
from chirp_check.rules.unused_ignore import unused_ignore
from chirp_check.rules.wrong_annotation import wrong_annotation
from chirp_check.rules.wrong_method import wrong_method

ALL: tuple[Rule, ...] = (
    bad_argument,
    bad_call,
    bad_encoding,
    bad_operand,
    bad_hx_value,
    bad_page_file,
    bad_path_value,
    bad_registration,
    bad_return_arguments,
    bad_route_path,
    bare_ignore,
    changed_hx_value,
    confusable_name,
    dead_template,
    deferred_read,
    discarded_response,
    duplicate_block,
    duplicate_context,
    duplicate_id,
    duplicate_route,
    duplicate_route_name,
    endless_polling,
    fragment_scope,
    hoisted_guard,
    implicit_inheritance,
    inert_update,
    internal_error,
    lost_target,
    maybe_missing_context,
    missing_context,
    missing_csrf,
    missing_enctype,
    missing_file,
    nested_id,
    nested_page,
    never_none,
    not_a_stream,
    not_iterable,
    orphan_block,
    passed_over_header,
    path_parameter,
    possibly_none,
    prevented_default,
    python_syntax,
    registry_mismatch,
    removed_hx_attribute,
    renamed_hx_attribute,
    shadowed_route,
    template_cycle,
    template_syntax,
    too_large,
    unheard_event,
    unknown_attribute,
    unknown_block,
    unknown_deferred,
    unknown_event,
    unknown_field,
    unknown_filter,
    unknown_hx_attribute,
    unknown_import,
    unknown_route_name,
    unknown_rule,
    unknown_select,
    unknown_selector,
    unknown_slot,
    unknown_target,
    unknown_template,
    unknown_test,
    unnegotiable_annotation,
    unnegotiable_return,
    unquoted_attribute,
    unread_field,
    unreadable_file,
    unrouted_link,
    unrouted_url,
    unsafe_markup,
    unsafe_template_name,
    unsent_form,
    unswapped_error,
    unused_ignore,
    wrong_annotation,
    wrong_method,
)
