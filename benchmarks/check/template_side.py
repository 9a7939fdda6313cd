"""The templates of generated projects."""

from collections.abc import Sequence
from random import Random

from benchmarks.check.python_side import Screen
from benchmarks.check.words import ADJECTIVES, NOUNS, sentence, title

COMPONENTS = """{# Pieces of every page. #}
{% def badge(text, tone="plain") %}<span class="badge badge-{{ tone }}">{{ text }}</span>{% end %}

{% def field(name, label, value="", error="") %}
<div class="field {% if error %}wrong{% end %}">
  <label for="field-{{ name }}">{{ label }}</label>
  <input id="field-{{ name }}" name="{{ name }}" value="{{ value }}">
  {% if error %}<p class="error">{{ error }}</p>{% end %}
</div>
{% end %}

{% def action(url, text, target, swap="outerHTML") %}
<button class="action" hx-post="{{ url }}" hx-target="{{ target }}" hx-swap="{{ swap }}">{{ text }}</button>
{% end %}

{% def panel(heading, id) %}
<section class="panel" id="{{ id }}"><h2>{{ heading }}</h2>{% slot %}</section>
{% end %}
"""


def base(areas: Sequence[str]) -> str:
    """The base template; it is a page too."""
    links = "\n".join(f'    <li class="to-{area}">{title(area)}</li>' for area in areas)
    return f"""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="htmx-config" content='{{"responseHandling": [
    {{"code": "[23]..", "swap": true}}, {{"code": "422", "swap": true}}, {{"code": "[45]..", "swap": false}}]}}'>
  <title>{{% block title %}}{{{{ heading }}}}{{% end %}} · {{{{ brand }}}}</title>
  <script src="https://unpkg.com/htmx.org@2.0.11/dist/htmx.min.js" defer></script>
</head>
<body>
  <nav aria-label="Parts"><ul>
    <li><a href="/" {{% if here == "/" %}}aria-current="page"{{% end %}}>Home</a></li>
{links}
  </ul></nav>
  <main id="main">{{% block content %}}<p>{{{{ brand }}}}</p>{{% end %}}</main>
  {{% block toast %}}<p id="toast">{{{{ message ?? "" }}}}</p>{{% end %}}
</body>
</html>
"""


def _url(area: str, name: str) -> str:
    return f"/{area.replace('_', '-')}/{name}"


def _start(area: str, one: Screen) -> str:
    """Where a screen without a number in its URL begins."""
    ends = {"list": "", "detail": "/1", "form": "/new", "board": "/board", "dashboard": "/overview"}
    return _url(area, one.name) + ends[one.kind]


def layout(area: str, screens: Sequence[Screen], random: Random) -> str:
    """The layout of an area, with links to its screens."""
    links = "\n".join(
        f'    <a class="{random.choice(ADJECTIVES)}" href="{_start(area, one)}">{title(one.name)}</a>'
        for one in screens
    )
    return f"""{{% extends "base.html" %}}

{{% block content %}}
<header class="part part-{{{{ section }}}}">
  <h1>{title(area)}</h1>
  <p>{{{{ lead }}}}</p>
  <nav class="tabs">
{links}
  </nav>
  {{% if note %}}<p class="note">{{{{ note }}}}</p>{{% end %}}
</header>
{{% block screen %}}<p>{sentence(random)}</p>{{% end %}}
{{% end %}}
"""


def row(area: str, properties: Sequence[str], screens: Sequence[Screen], random: Random) -> str:
    """The row of an item, which lists of the area include."""
    details = [one for one in screens if one.kind == "detail"]
    shown = "\n".join(
        f'  <span class="{name}">{{{{ item.{name} }}}}</span>' for name in properties[: random.randint(1, 3)]
    )
    link = "{{ item.name }}"
    if details:
        link = f'<a href="{_url(area, random.choice(details).name)}/{{{{ item.id }}}}">{link}</a>'
    return f"""<li id="{area}-{{{{ item.id }}}}" class="row {{% if item.done %}}done{{% end %}}">
  {link}
{shown}
</li>
"""


def screen(area: str, one: Screen, properties: Sequence[str], random: Random) -> str:
    """The template of a screen."""
    head = f"""{{% extends "{area}/layout.html" %}}
{{% from "components.html" import action, badge, field, panel %}}

{{% block title %}}{{{{ title }}}}{{% end %}}

{{% block screen %}}
"""
    return f"{head}{_SCREENS[one.kind](area, one.name, properties, random)}{{% end %}}\n"


def _list(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url = _url(area, name)
    wait = random.choice((200, 250, 300, 400))
    return f"""<h2>{{{{ title }}}} {{{{ badge(total, "{random.choice(ADJECTIVES)}") }}}}</h2>
<form class="search" action="{url}" method="get">
  <input type="search" name="q" value="{{{{ words }}}}" placeholder="{sentence(random)}"
    hx-get="{url}/rows" hx-trigger="input changed delay:{wait}ms, search" hx-target="#{name}-rows">
</form>
<ul id="{name}-rows" class="{random.choice(ADJECTIVES)}">
  {{% block rows %}}
  {{% for item in items %}}
  {{% include "{area}/row.html" %}}
  {{% empty %}}
  <li>{sentence(random)}{{% if words %}} “{{{{ words }}}}”{{% end %}}</li>
  {{% end %}}
  {{% end %}}
</ul>
"""


def _detail(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url = _url(area, name)
    facts = "\n".join(f"  <dt>{title(one)}</dt><dd>{{{{ item.{one} | upper }}}}</dd>" for one in properties)
    fields = "\n".join(
        f'  {{{{ field("{one}", "{title(one)}", item.{one}, errors.get("{one}", "")) }}}}'
        for one in ("name", *properties)
    )
    return f"""<article id="{name}-{{{{ item.id }}}}" class="{random.choice(NOUNS)}">
  <h2>{{{{ item.name }}}} {{% if item.done %}}{{{{ badge("{random.choice(ADJECTIVES)}") }}}}{{% end %}}</h2>
  <dl>
{facts}
  </dl>
</article>
{{% block editor %}}
<form id="{name}-editor" action="{url}/{{{{ item.id }}}}" method="post"
  hx-post="{url}/{{{{ item.id }}}}" hx-target="#{name}-editor" hx-swap="outerHTML">
{fields}
  <button>{random.choice(("Save", "Keep", "Change"))}</button>
</form>
{{% end %}}
{{{{ action("{url}/" ~ item.id ~ "/remove", "Remove", "#{name}-editor") }}}}
<aside><h3>{sentence(random)}</h3>
  <ul>{{% for other in others %}}<li><a href="{url}/{{{{ other.id }}}}">{{{{ other.name }}}}</a></li>{{% end %}}</ul>
</aside>
"""


def _form(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url = _url(area, name)
    rows: list[str] = []
    for one in ("name", *properties):
        hint = f"<small>{sentence(random)}</small>" if random.random() < 0.4 else ""
        rows.append(
            f"""  <p><label for="{name}-{one}">{title(one)}</label>
    <input id="{name}-{one}" name="{one}" value="{{{{ item.{one} }}}}">{hint}
    {{% if errors.get("{one}") %}}<b class="error">{{{{ errors.get("{one}") }}}}</b>{{% end %}}</p>"""
        )
    return f"""<h2>{{{{ title }}}}</h2>
{{% block fields %}}
<form id="{name}-form" class="{random.choice(ADJECTIVES)}" action="{url}/new" method="post"
  hx-post="{url}/new" hx-target="this" hx-swap="outerHTML">
{"\n".join(rows)}
  <button>{random.choice(("Add", "Create", "Send"))}</button>
</form>
{{% end %}}
"""


def _board(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url = _url(area, name)
    return f"""<h2>{{{{ title }}}}</h2>
<p>{sentence(random)}</p>
{{% block columns %}}
<div id="{name}-board" class="board">
  {{% for heading, cards in columns.items() %}}
  <section class="column"><h3>{{{{ heading }}}} <span class="count">{{{{ cards | length }}}}</span></h3>
    {{% for item in cards %}}
    <div class="card" id="{name}-card-{{{{ item.id }}}}">
      <b>{{{{ item.name }}}}</b> {{{{ item.{random.choice(properties)} ?? "–" }}}}
      {{{{ action("{url}/board/" ~ item.id ~ "/move", "{sentence(random)}", "#{name}-board") }}}}
    </div>
    {{% end %}}
  </section>
  {{% end %}}
</div>
{{% end %}}
"""


def _dashboard(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url = _url(area, name)
    panels = "\n".join(
        f"""{{% call panel("{title(random.choice(NOUNS))}", "{name}-panel-{at}") %}}
<p>{sentence(random)}</p>
<ul>{{% for item in items %}}
  <li class="{{{{ 'done' if item.done else 'open' }}}}">{{{{ item.{random.choice(properties)} }}}}</li>
{{% end %}}</ul>
{{% end %}}"""
        for at in range(random.randint(1, 3))
    )
    return f"""<h2>{{{{ title }}}}: {{{{ state }}}}</h2>
{{% block figures %}}
<div id="{name}-figures" hx-get="{url}/overview/figures"
  hx-trigger="every {random.randint(20, 90)}s" hx-swap="outerHTML">
  <p>{{{{ done }}}} {random.choice(ADJECTIVES)}, {{{{ state }}}}</p>
</div>
{{% end %}}
{panels}
"""


_SCREENS = {"list": _list, "detail": _detail, "form": _form, "board": _board, "dashboard": _dashboard}
