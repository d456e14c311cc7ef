/** Made by `emojis.mjs` when the assets are built. */
declare module "emojis" {
  const groups: string[];
  export default groups;
}
