/** What the bridge tells over `/ws` and `/api`: docs/console.md, docs/api.md. Times in frames are Unix seconds of the bridge's clock. */

export type Severity = "critical" | "warning" | "info" | "other";
export type AlertState = "firing" | "acknowledged" | "snoozed" | "suppressed" | "resolved";

/** An alert on the desk; its times are RFC 3339. */
export interface Alert {
  readonly fingerprint: string;
  readonly name: string;
  readonly severity: string;
  readonly state: AlertState;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly since: string;
  readonly changed: string;
  readonly starts_at: string | null;
  readonly ends_at: string | null;
  readonly until: string | null;
  readonly by: string;
  readonly reason: string;
  readonly wake: string | null;
  readonly silence: string;
  readonly silenced_by: readonly string[];
  readonly flapping: boolean;
  readonly sounded: string | null;
  readonly alarms: number;
  readonly group: string;
  readonly route: string;
}

export const STRIPS = ["master", "critical", "speech", "warning", "info", "ambience"] as const;
export type Strip = (typeof STRIPS)[number];

export interface Controls {
  readonly levels: Readonly<Record<Strip, number>>;
  readonly muted: boolean;
  readonly muted_until: number | null;
  readonly muted_by: string;
  readonly muted_reason: string;
  readonly meeting_until: number | null;
  readonly meeting_by: string;
}

export interface Link {
  readonly name: string;
  readonly up: boolean;
  readonly since: string | null;
  readonly detail: string;
}

export interface VoiceMapping {
  readonly parameter: string;
  readonly from: readonly number[];
  readonly range: readonly number[];
  readonly warp: string;
  readonly scale: string;
  readonly units: string;
}

/** A voice that is held, and why. */
export interface Voice {
  readonly voice: string;
  readonly stream: string;
  readonly instrument: string;
  readonly help: string;
  readonly priority: string;
  readonly params: Readonly<Record<string, { readonly value: number; readonly units: string }>>;
  readonly rule: string;
  readonly value: number | null;
  readonly at: number | null;
  readonly mappings: readonly VoiceMapping[];
  readonly why: string;
}

/** A line of the journal. */
export interface Entry {
  readonly at: number;
  readonly deed: string;
  readonly fingerprint: string;
  readonly name: string;
  readonly severity: string;
  readonly subject: string;
  readonly by: string;
  readonly reason: string;
  readonly heard: string;
  readonly count: number;
}

/** A struck sound, told with its onset. */
export interface Caption {
  readonly at: number;
  readonly instrument: string;
  readonly voice: string;
  readonly name: string;
  readonly severity: string;
  readonly status: string;
  readonly help: string;
}

export interface Hello {
  readonly kind: "hello";
  readonly version: string;
  readonly run: string;
  readonly now: number;
  readonly latency: number;
  readonly user: string;
  readonly roles: readonly string[];
}

export interface Whole {
  readonly kind: "state";
  readonly at: number;
  readonly alerts: readonly Alert[];
  readonly total: number;
  readonly controls: Controls;
  readonly links: readonly Link[];
  readonly voices: readonly Voice[];
  readonly flooding: boolean;
  readonly quiet: readonly string[];
}

export type Frame =
  | Hello
  | Whole
  | { readonly kind: "alerts"; readonly alerts: readonly Alert[]; readonly total: number }
  | { readonly kind: "entries"; readonly entries: readonly Entry[] }
  | { readonly kind: "controls"; readonly controls: Controls }
  | { readonly kind: "links"; readonly links: readonly Link[] }
  | { readonly kind: "flooding"; readonly flooding: boolean; readonly quiet: readonly string[] }
  | { readonly kind: "voices"; readonly voices: readonly Voice[] }
  | ({ readonly kind: "caption" } & Caption)
  | { readonly kind: "anomaly"; readonly at: number; readonly value: number }
  | { readonly kind: "pong"; readonly t0: number; readonly t1: number; readonly t2: number }
  | { readonly kind: "boot"; readonly packets: number };
