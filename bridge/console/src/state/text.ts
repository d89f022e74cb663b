/** Text of others, made harmless for the eye: no sign in it can turn or hide what stands beside it. */

// controls, and the signs that turn the direction of what follows; line ends and tabs stay
const TURNING = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text with what would turn its direction shown as a sign of its own. */
export function shown(text: string): string {
  return text.replace(TURNING, "\ufffd");
}
