/**
 * Files chosen, dropped or pasted into a <reply-box>: each a chip in `.composer-files` with its
 * progress, and a hidden input name="attachments" once the server has it.
 *
 * The server: `POST data-uploads` with the form field `file` → `{"id", "name"}`.
 */
export class Uploads {
  constructor(
    private readonly box: HTMLElement,
    signal: AbortSignal,
  ) {
    box.addEventListener("change", this.chosen, { signal });
    box.addEventListener("paste", (event) => this.take(event, event.clipboardData), { signal });
    box.addEventListener("dragover", (event) => event.preventDefault(), { signal });
    box.addEventListener("drop", (event) => this.take(event, event.dataTransfer), { signal });
  }

  get any(): boolean {
    return this.box.querySelector(".upload") !== null;
  }

  clear(): void {
    this.chips?.replaceChildren();
  }

  private get chips(): Element | null {
    return this.box.querySelector(".composer-files");
  }

  private readonly chosen = (event: Event): void => {
    if (!(event.target instanceof HTMLInputElement) || event.target.type !== "file") return;
    for (const file of event.target.files ?? []) this.upload(file);
    event.target.value = "";
  };

  private take(event: Event, data: DataTransfer | null): void {
    if (!data?.files.length) return;
    event.preventDefault();
    for (const file of data.files) this.upload(file);
  }

  /** By XMLHttpRequest: fetch can't tell how far an upload has come. */
  private upload(file: File): void {
    const { chip, progress } = this.draw(file);
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => {
      progress.value = event.loaded / event.total;
    };
    request.onload = () =>
      request.status < 300 ? uploaded(chip, request.responseText) : this.fail(chip);
    request.onerror = () => this.fail(chip);
    chip.addEventListener("click", (event) => {
      if (!(event.target as Element).closest("button")) return;
      request.abort();
      chip.remove();
    });
    request.open("POST", this.box.dataset.uploads ?? "");
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  }

  private draw(file: File): { chip: HTMLElement; progress: HTMLProgressElement } {
    const chip = document.createElement("span");
    chip.className = "upload";
    chip.dataset.size = String(file.size);
    chip.dataset.type = file.type;
    const name = document.createElement("span");
    name.className = "truncate";
    name.textContent = file.name;
    const progress = document.createElement("progress");
    progress.max = 1;
    const remove = document.createElement("button");
    Object.assign(remove, { type: "button", className: "badge-remove", textContent: "✕" });
    remove.setAttribute("aria-label", `${this.box.dataset.remove ?? ""} ${file.name}`);
    chip.append(name, progress, remove);
    this.chips?.append(chip);
    return { chip, progress };
  }

  private fail(chip: HTMLElement): void {
    chip.dataset.state = "failed";
    chip.title = this.box.dataset.failed ?? "";
    chip.querySelector("progress")?.remove();
  }
}

function uploaded(chip: HTMLElement, answer: string): void {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "attachments", value: JSON.parse(answer).id });
  chip.querySelector("progress")?.replaceWith(input);
}
