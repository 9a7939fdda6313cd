"""What templates can name without anybody defining it: the filters and tests of Kida and of the framework."""

KIDA_FILTERS = frozenset(
    {
        "abs", "attr", "batch", "capitalize", "center", "classes", "commas", "compact", "count", "csp_nonce", "d",
        "date", "debug", "decimal", "default", "dictsort", "e", "escape", "filesizeformat", "first", "float", "format",
        "format_number", "get", "groupby", "indent", "int", "join", "last", "length", "list", "lower", "map", "max",
        "min", "pluralize", "pprint", "random", "reject", "rejectattr", "replace", "require", "reverse", "round",
        "safe", "select", "selectattr", "shuffle", "skip", "slice", "slug", "sort", "string", "strip", "striptags",
        "sum", "take", "title", "tojson", "trim", "truncate", "typeof", "unique", "upper", "urlencode", "wordcount",
        "wordwrap", "xmlattr",
    }
)  # fmt: skip
KIDA_TESTS = frozenset(
    {
        "callable", "defined", "divisibleby", "eq", "equalto", "even", "false", "ge", "greaterthan", "gt", "hx_boosted",
        "hx_request", "hx_target", "in", "iterable", "le", "lessthan", "lower", "lt", "mapping", "match", "ne", "none",
        "number", "odd", "sameas", "sequence", "string", "true", "undefined", "upper",
    }
)  # fmt: skip
# Of the released framework; the last of them come with its component library where that is installed.
CHIRP_FILTERS = frozenset(
    {
        "attr", "bem", "field_errors", "format_time", "html_attrs", "island_props", "pluralize", "qs", "timeago", "url",
        "markdown",
        "contrast_text", "deprecate_param", "icon", "resolve_color", "resolve_status_variant", "sanitize_color",
        "shell_action_btn_variant", "validate_appearance_block", "validate_size", "validate_tone_block",
        "validate_variant", "validate_variant_block", "value_type",
    }
)  # fmt: skip
CHIRP_TESTS = frozenset({"deferred"})
KIDA_GLOBALS = frozenset(
    {
        "_", "_n", "abs", "bool", "consume", "csp_nonce", "csrf_token", "dict", "enumerate", "filter", "float",
        "hx_boosted", "hx_request", "hx_target", "hx_trigger", "int", "len", "list", "map", "max", "min", "range",
        "reversed", "set", "sorted", "str", "sum", "tuple", "zip",
    }
)  # fmt: skip
