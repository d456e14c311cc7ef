/**
 * `@import "hues.css"`: one rule for each 5° of hue, `[data-hue="265"] { --hue: 265 }`.
 *
 * The content security policy forbids style attributes, so a colour that is data (the
 * workspace's accent, a person's avatar) is chosen by an attribute.
 */
const STEP = 5;

export const hues = {
  name: "hues",
  setup(build) {
    build.onResolve({ filter: /^hues\.css$/ }, () => ({ path: "hues.css", namespace: "hues" }));
    build.onLoad({ filter: /.*/, namespace: "hues" }, () => ({ contents: rules(), loader: "css" }));
  },
};

function rules() {
  const all = Array.from({ length: 360 / STEP }, (_, index) => index * STEP);
  const body = all.map((hue) => `[data-hue="${hue}"]{--hue:${hue}}`).join("");
  return `@layer base{${body}}`;
}
