"""Blind edits of the examples, confirmed as failures by what runs them, and how many of these the checker finds.

An edit is made without knowing what anything means: a letter of a name, a text or a tag; another name or text of the
same file; two of them exchanged; an argument, an entry, a statement, a tag, an attribute or a line left out; a block
or a template with another name or in another place. Where and what is drawn with a seed (`python_edits`,
`template_edits`). Python that does not compile is not counted.

What is *confirmed* is decided by the running application and by Chromium with the htmx that the framework brings, and
by nothing of the checker. The edited example is asked for all that its script of `benchmarks.mutants.scripts` says:
every page for a browser, for htmx, boosted and as a restored history, what the elements of these pages fetch, every
form as it stands in its page and filled in with the script's words, and the streams. An edit is confirmed when one of
these can be seen, and is seen nowhere in the original:

- *exception*, *start*: the application does not start, or an answer is an error of the server, because of an exception
  that a template raised, or what it called, or Kida or the framework about templates, blocks, routes and what handlers
  return. What plain Python raises in Python that was edited is no failure of the contract, such as a name that is not
  there. (`faults`)
- *request*: a link, a form, an attribute of htmx, a stream's address or a redirect leads where no route is (404), or
  none that takes the method (405).
- *media type*: a request of htmx gets a body that is no HTML.
- *field*: a handler asks for a field that the form of the page does not send.
- *stream*: a page connects to what is no stream, or waits for an event that none gives.
- *attribute*: an `hx-` or `sse-` attribute has a name for which htmx never asks.
- *browser: …*: a gesture on a page makes htmx report an error (target, swap, out of band, answer, syntax), or is
  without a request where it made one; a whole document goes into a part of a page; an id is there twice; a target,
  `for`, `list`, `aria-…` or a selector of htmx names what is not there; a script fails. Edits whose answers differ in
  their tags, without failing, are looked at like this. (`browsing`, `page.js`)

So what only changes texts, styles, data or the order of things is no failure, and neither is a feature that is gone
altogether. *Found* is what makes the checker say something new that points at the edit: at its range, on its lines, or
at the other end of what is broken when the message, its labels or the text there name what was edited. An edit that is
reached and changes no answer in any mode, and makes it say something new, is a false alarm, or a mistake that does not
show yet: these are listed to be read.
"""
