"""The settings of htmx: what each version calls them, and which of htmx 2 have another name in htmx 4."""

from collections.abc import Mapping
from types import MappingProxyType

_COMMON = frozenset({"defaultSettleDelay", "defaultFocusScroll", "indicatorClass", "requestClass", "inlineScriptNonce"})
SETTINGS: Mapping[int, frozenset[str]] = MappingProxyType(
    {
        2: _COMMON
        | {
            "historyEnabled", "historyCacheSize", "refreshOnHistoryMiss", "defaultSwapStyle", "defaultSwapDelay",
            "includeIndicatorStyles", "addedClass", "settlingClass", "swappingClass", "allowEval", "allowScriptTags",
            "inlineStyleNonce", "attributesToSettle", "withCredentials", "timeout", "wsReconnectDelay", "wsBinaryType",
            "disableSelector", "scrollBehavior", "getCacheBusterParam", "globalViewTransitions",
            "methodsThatUseUrlParams", "selfRequestsOnly", "ignoreTitle", "scrollIntoViewOnBoost",
            "disableInheritance", "responseHandling", "allowNestedOobSwaps", "historyRestoreAsHxRequest",
            "reportValidityOfForms",
        },
        4: _COMMON
        | {
            "logAll", "prefix", "transitions", "history", "mode", "defaultSwap", "includeIndicatorCSS",
            "defaultTimeout", "extensions", "morphIgnore", "morphSkip", "morphSkipChildren", "morphScanLimit",
            "noSwap", "implicitInheritance", "allowEmptySwapAfterOOB", "metaCharacter", "sse", "ws", "compat",
            "historyCache", "preload", "boostBrowserIndicator",
        },
    }
)  # fmt: skip
# What htmx 4 calls a setting of htmx 2.
RENAMED: Mapping[str, str] = MappingProxyType(
    {
        "defaultSwapStyle": "defaultSwap",
        "globalViewTransitions": "transitions",
        "historyEnabled": "history",
        "includeIndicatorStyles": "includeIndicatorCSS",
        "timeout": "defaultTimeout",
        "responseHandling": "noSwap",
    }
)
