/** The files of the next message, with how far each has gone up. */
import type { useAttachments } from "./attachments";
import { face } from "./file-tile";
import { Icon } from "./icon";
import { say } from "./texts";

export function ChosenFiles({ attachments }: { attachments: ReturnType<typeof useAttachments> }) {
  if (attachments.chosen.length === 0) return null;
  return (
    <ul>
      {attachments.chosen.map((one) => (
        <li key={one.key} class="file">
          {face(one)}
          {!one.sent && (
            <progress value={one.progress} aria-label={say("uploading", { name: one.name })} />
          )}
          <button
            type="button"
            class="icon"
            aria-label={say("remove", { name: one.name })}
            onClick={() => attachments.remove(one.key)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
