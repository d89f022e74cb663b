/** What this browser keeps for the page; where it may keep nothing, it lasts as long as the page. */

const instead = new Map<string, string>();

export function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return instead.get(key) ?? null;
  }
}

/** False: it is gone with the page. */
export function keep(key: string, value: string): boolean {
  instead.set(key, value);
  try {
    localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

export function forget(key: string): void {
  instead.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // it kept nothing
  }
}
