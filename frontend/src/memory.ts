/** Small choices remembered on this device (theme, mute, shortcuts). A browser that forbids storage just forgets. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`ew.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`ew.${key}`, value);
  } catch {
    // Private mode of some phones: the choice holds for this page only.
  }
}
