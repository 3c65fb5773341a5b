const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeXml(text) {
  return String(text).replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

/** Without cutting through a tag, a word or a surrogate pair. */
export function truncate(html, length) {
  const text = html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').trim();
  const characters = [...text];
  if (characters.length <= length) {
    return text;
  }
  let end = length;
  while (end > 0 && characters[end] !== ' ') {
    end--;
  }
  return `${characters.slice(0, end || length).join('')}…`;
}

/* istanbul ignore next -- kept for the old templates */
export function unescapeXml(text) {
  return text.replace(/&(amp|lt|gt|quot);/g, (entity) => Object.keys(ENTITIES).find((key) => ENTITIES[key] === entity));
}
