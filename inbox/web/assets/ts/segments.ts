/** How many SMS a text takes; the same count as inbox/channels/sms/counting.py. */
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "\f^{}\\[~]|€";

export function segments(text: string): number {
  const characters = [...text];
  const isBasic = characters.every((one) => BASIC.includes(one) || EXTENDED.includes(one));
  const width = (one: string) => (isBasic ? (EXTENDED.includes(one) ? 2 : 1) : one.length);
  return packed(characters.map(width), isBasic ? 160 : 70, isBasic ? 153 : 67);
}

/** Each part of a longer text gives room to a header, and a pair is never cut in two. */
function packed(widths: number[], single: number, part: number): number {
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= single) return total ? 1 : 0;
  let count = 1;
  let left = part;
  for (const width of widths) {
    if (width > left) {
      count += 1;
      left = part;
    }
    left -= width;
  }
  return count;
}
