/**
 * Fields that are of use only with some values of another one:
 * <div class="field" data-when="settings.login" data-is="google microsoft">.
 */
export function showWhatIsOfUse(page: Document | HTMLElement = document): void {
  for (const form of page.querySelectorAll("form")) {
    if (!form.querySelector("[data-when]")) continue;
    form.addEventListener("change", () => show(form));
    show(form);
  }
}

/** What is hidden is sent all the same, so nothing typed is lost. */
function show(form: HTMLFormElement): void {
  const given = new FormData(form);
  for (const field of form.querySelectorAll<HTMLElement>("[data-when]")) {
    const { when = "", is = "" } = field.dataset;
    field.hidden = !is.split(" ").includes(String(given.get(when)));
  }
}
