import { recall, remember } from "./memory";

// The sound of a critical matter: made by the browser, so there is no file to load and nothing to license.
let audio: AudioContext | undefined;

export const isMuted = (): boolean => recall("mute") === "yes";
export const setMuted = (muted: boolean): void => remember("mute", muted ? "yes" : "no");

/** Browsers stay silent until the person has touched the page once; called on the first touch or key. */
export function wakeSound(): void {
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
}

/** Three short falling tones. Silent when muted or when the browser does not allow sound yet. */
export function chime(): void {
  if (isMuted() || audio?.state !== "running") return;
  [0, 0.28, 0.56].forEach((offset, index) => {
    const start = audio!.currentTime + offset;
    const [tone, gain] = [audio!.createOscillator(), audio!.createGain()];
    tone.frequency.value = [988, 880, 740][index]!;
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(0.35, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.24);
    tone.connect(gain).connect(audio!.destination);
    tone.start(start);
    tone.stop(start + 0.25);
  });
}
