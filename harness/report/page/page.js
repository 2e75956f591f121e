// Filters what the page shows, and opens what a link leads to. The page is
// complete without it.
(function () {
  'use strict';
  const form = document.getElementById('filter');
  const fields = form.elements;
  const items = Array.from(document.querySelectorAll('[data-item]'), function (element) {
    const data = element.dataset;
    return {
      element: element, kind: data.item, verdict: data.verdict,
      apis: data.api.split(' '), levels: data.level.split(' '), text: null
    };
  });
  const groups = Array.from(document.querySelectorAll('[data-group]')).reverse();
  const closable = groups.filter(function (group) { return group.localName === 'details'; });
  // So many matches are opened at once; more would be a wall.
  const fewEnough = 200;

  // Texts are gathered when they are first asked for.
  function textOf(item) {
    if (item.text === null) {
      item.text = item.element.textContent.toLowerCase();
    }
    return item.text;
  }

  function matches(item, wanted) {
    return (!wanted.verdict || item.verdict === wanted.verdict) &&
      (!wanted.api || item.apis.includes(wanted.api)) &&
      (!wanted.level || item.levels.includes(wanted.level)) &&
      wanted.words.every(function (word) { return textOf(item).includes(word); });
  }

  function wantedNow() {
    return {
      api: fields.api.value, verdict: fields.verdict.value, level: fields.level.value,
      words: fields.q.value.toLowerCase().split(/\s+/).filter(Boolean)
    };
  }

  function apply() {
    const wanted = wantedNow();
    const active = Boolean(wanted.api || wanted.verdict || wanted.level || wanted.words.length);
    const shown = { finding: 0, clause: 0, spec: 0 };
    const all = { finding: 0, clause: 0, spec: 0 };
    for (const item of items) {
      const match = matches(item, wanted);
      item.element.hidden = !match;
      all[item.kind] += 1;
      shown[item.kind] += match ? 1 : 0;
    }
    // Innermost groups come first, so that an outer one sees what became of them.
    for (const group of groups) {
      group.hidden = active && !group.querySelector('[data-item]:not([hidden])');
    }
    for (const group of closable) {
      group.open = active && shown.spec <= fewEnough;
    }
    fields.shown.value = ['clause', 'spec'].map(function (kind) {
      return (active ? shown[kind] + ' of ' : '') + all[kind] + ' ' + kind + (all[kind] === 1 ? '' : 's');
    }).join(', ');
  }

  function remember() {
    const query = new URLSearchParams();
    for (const name of ['q', 'api', 'verdict', 'level']) {
      if (fields[name].value) {
        query.set(name, fields[name].value);
      }
    }
    history.replaceState(null, '', '#' + (query.size ? '?' + query : ''));
  }

  function change() {
    apply();
    remember();
  }

  function clear() {
    for (const name of ['q', 'api', 'verdict', 'level']) {
      fields[name].value = '';
    }
    apply();
  }

  // A link into the page opens what encloses its target, filtered out or not.
  function follow() {
    const hash = location.hash.slice(1);
    if (hash.startsWith('?')) {
      const query = new URLSearchParams(hash.slice(1));
      for (const name of ['q', 'api', 'verdict', 'level']) {
        fields[name].value = query.get(name) || '';
      }
      apply();
      return;
    }
    const target = hash && document.getElementById(hash);
    if (!target) {
      return;
    }
    if (target.closest('[hidden]')) {
      clear();
    }
    for (let at = target; at; at = at.parentElement) {
      if (at.localName === 'details') {
        at.open = true;
      }
    }
    target.scrollIntoView();
  }

  form.hidden = false;
  form.addEventListener('submit', function (event) { event.preventDefault(); });
  form.addEventListener('input', change);
  form.addEventListener('reset', function (event) {
    event.preventDefault();
    clear();
    remember();
    fields.q.focus();
  });
  for (const link of document.querySelectorAll('[data-filter]')) {
    link.addEventListener('click', function () {
      clear();
      fields.verdict.value = link.dataset.filter;
      apply();
    });
  }
  document.addEventListener('keydown', function (event) {
    const typing = event.target.closest('input');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      fields.q.focus();
    } else if (event.key === 'Escape' && event.target === fields.q) {
      clear();
      remember();
    }
  });
  window.addEventListener('hashchange', follow);
  apply();
  follow();
}());
