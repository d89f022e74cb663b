/** Names of sounds as people read them. */

/** `alert_critical` is "Alert critical", `cpu` "CPU". */
export function titled(name: string): string {
  if (name === "cpu") return "CPU";
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
