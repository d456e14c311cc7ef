/** Records what the visitor says and makes a file of it; fetched when somebody wants to speak. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icon";
import { say } from "./texts";

const LONGEST = 300; // seconds
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

interface Props {
  done(file: File): void;
  leave(problem?: string): void;
}

export default function VoiceNote({ done, leave }: Props) {
  const [seconds, setSeconds] = useState(0);
  const recorder = useRef<MediaRecorder | null>(null);
  const stopper = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    let isGone = false;
    let stream: MediaStream | undefined;
    let timer = 0;
    record()
      .then((made) => {
        stream = made.stream;
        if (isGone) return silence(stream);
        recorder.current = made;
        timer = window.setInterval(() => setSeconds((before) => before + 1), 1_000);
        stopper.current?.focus();
      })
      .catch(() => leave(say("no_microphone")));
    return () => {
      isGone = true;
      clearInterval(timer);
      silence(stream);
    };
  }, []);

  useEffect(() => {
    if (seconds >= LONGEST) stop();
  }, [seconds]);

  function stop(): void {
    const { current } = recorder;
    if (!current || current.state === "inactive") return;
    current.ondataavailable = ({ data }) => {
      const type = current.mimeType.split(";")[0] || "audio/webm";
      done(new File([data], `voice-note.${type.split("/")[1]}`, { type }));
    };
    current.stop();
  }

  const time = `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`;
  return (
    <div class="recording">
      <span class="dot" aria-hidden="true" />
      <span role="timer">{say("recording", { time })}</span>
      <button type="button" class="icon" aria-label={say("discard")} onClick={() => leave()}>
        <Icon name="close" />
      </button>
      <button type="button" class="primary" ref={stopper} onClick={stop}>
        {say("stop")}
      </button>
    </div>
  );
}

async function record(): Promise<MediaRecorder> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
  recorder.start();
  return recorder;
}

function silence(stream?: MediaStream): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
