/* The keys of the code editor. Gradio's indents by two columns and can't be told otherwise. */
() => {
  const UNIT = 4;
  const OPENS = { python: /[:([{]\s*(#.*)?$/, cpp: /[([{]\s*(\/\/.*)?$/ };
  const LEAVES = { python: /^\s*(return|pass|break|continue|raise)\b/, cpp: /^$a/ };

  const viewOf = (target) => {
    const content = target.closest('#code .cm-content');
    return content && (content.cmTile?.root?.view || content.cmView?.view);
  };
  const language = () =>
    document.querySelector('#language input:checked')?.value === 'cpp' ? 'cpp' : 'python';
  const indentOf = (text) => text.match(/^ */)[0].length;

  const linesOf = ({ doc, selection }) => {
    const { from, to } = selection.main;
    const found = [];
    for (let n = doc.lineAt(from).number; n <= doc.lineAt(to).number; n++) found.push(doc.line(n));
    return found;
  };
  const indent = (view) => {
    const { main } = view.state.selection;
    if (!main.empty) {
      const lines = linesOf(view.state).filter((line) => line.text);
      return lines.map((line) => ({ from: line.from, insert: ' '.repeat(UNIT) }));
    }
    const column = main.head - view.state.doc.lineAt(main.head).from;
    return [{ from: main.head, insert: ' '.repeat(UNIT - (column % UNIT)) }];
  };
  const dedent = (view) =>
    linesOf(view.state)
      .filter((line) => indentOf(line.text))
      .map((line) => ({
        from: line.from,
        to: line.from + ((indentOf(line.text) - 1) % UNIT) + 1,
      }));
  const newline = (view) => {
    const { from, to } = view.state.selection.main;
    const line = view.state.doc.lineAt(from);
    const before = line.text.slice(0, from - line.from);
    let depth = indentOf(before);
    if (OPENS[language()].test(before)) depth += UNIT;
    else if (LEAVES[language()].test(before)) depth = Math.max(0, depth - UNIT);
    const inner = '\n' + ' '.repeat(depth);
    const closes = /[([{]$/.test(before) && /^[)\]}]/.test(line.text.slice(to - line.from));
    const outer = closes && to <= line.to ? '\n' + ' '.repeat(indentOf(before)) : '';
    return [{ from, to, insert: inner + outer, back: outer.length }];
  };
  const backspace = (view) => {
    const { main } = view.state.selection;
    const line = view.state.doc.lineAt(main.head);
    const before = line.text.slice(0, main.head - line.from);
    if (!main.empty || !before || before.trim()) return null;
    return [{ from: main.head - ((before.length - 1) % UNIT) - 1, to: main.head }];
  };
  const closing = (view) => {
    const { main } = view.state.selection;
    const line = view.state.doc.lineAt(main.head);
    const before = line.text.slice(0, main.head - line.from);
    if (line.text[before.length] === '}') return null;
    if (language() !== 'cpp' || before.trim() || before.length < UNIT) return null;
    return [{ from: main.head - UNIT, to: main.head, insert: '}' }];
  };

  let left = false;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const view = viewOf(event.target);
    if (!view) return;
    // Escape, then Tab, leaves the editor: who can't use a mouse must get out of it.
    const leaving = left && event.key === 'Tab';
    left = event.key === 'Escape' || (left && event.key === 'Shift');
    if (leaving) return event.stopImmediatePropagation();
    const changes =
      event.key === 'Tab' ? (event.shiftKey ? dedent(view) : indent(view))
      : event.key === 'Enter' && !event.shiftKey ? newline(view)
      : event.key === 'Backspace' ? backspace(view)
      : event.key === '}' ? closing(view)
      : null;
    if (!changes) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!changes.length) return;
    const [{ from, insert, back = 0 }] = changes;
    const typed = insert && (view.state.selection.main.empty || event.key === 'Enter');
    const selection = typed ? { anchor: from + insert.length - back } : undefined;
    view.dispatch({ changes, selection, scrollIntoView: true, userEvent: 'input' });
  }, true);
}
