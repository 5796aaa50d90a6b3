/** Asking the node. A token, where one was entered, goes with every question and stays in this tab. */
import type { Density, Feature, Mode, Properties, Schema, Source, Summary, ChangeEvent } from "./types.ts";
import { currentLanguage } from "./words.ts";

const KEY = "noroshi.token";
/** The node's address, with the prefix that a reverse proxy may put before it. */
export const BASE = new URL(".", document.baseURI).href.replace(/\/$/, "");

export const token = (): string => sessionStorage.getItem(KEY) ?? "";

export function setToken(next: string): void {
  if (next) sessionStorage.setItem(KEY, next);
  else sessionStorage.removeItem(KEY);
}

export function headers(): Record<string, string> {
  const given = token();
  return { "Accept-Language": currentLanguage(), ...(given ? { Authorization: `Bearer ${given}` } : {}) };
}

export class Refused extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

const refusals: ((status: number) => void)[] = [];
/** Be told of every answer that the node refuses. */
export const onRefused = (told: (status: number) => void): void => void refusals.push(told);

let allowed = "";
/** The security policy that the node gave with its last answer. */
export const policy = (): string => allowed;

type Asked = Record<string, string | number | null | undefined>;

export function address(path: string, params: Asked = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== "") given.set(name, String(value));
  }
  const query = given.toString();
  return `${BASE}${path}${query ? `?${query}` : ""}`;
}

/** An answer. Raises Refused with the node's own words. */
export async function ask(url: string, signal?: AbortSignal, accept = "application/json, application/geo+json"): Promise<Response> {
  const answer = await fetch(url, { headers: { ...headers(), Accept: accept }, ...(signal ? { signal } : {}) });
  allowed = answer.headers.get("content-security-policy") ?? allowed;
  if (answer.ok) return answer;
  for (const told of refusals) told(answer.status);
  let why = `${answer.status} ${answer.statusText}`;
  try {
    const said = (await answer.json()) as { detail?: unknown };
    if (typeof said.detail === "string") why = said.detail;
  } catch {
    // Not the node's own answer: the status has to do.
  }
  throw new Refused(answer.status, why);
}

async function askFor<T>(path: string, params: Asked = {}, signal?: AbortSignal): Promise<T> {
  return (await (await ask(address(path, params), signal)).json()) as T;
}

export const getSummary = (params: Asked, signal?: AbortSignal): Promise<Summary> => askFor("/summary", params, signal);
export const getSources = (params: Asked): Promise<{ sources: Source[] }> => askFor("/sources", params);
export const getDensity = (params: Asked, signal?: AbortSignal): Promise<Density> => askFor("/density", params, signal);
export const getTimeline = (kind: string, params: Asked, signal?: AbortSignal): Promise<{ complete: boolean; features: Feature[] }> =>
  askFor(`/collections/${kind}/timeline`, params, signal);
export const getChanges = (params: Asked): Promise<{ changes: ChangeEvent[]; next: number | null; newest: number }> =>
  askFor("/changes", params);
export const getHistory = (kind: string, id: string, params: Asked = {}): Promise<{ editions: (Properties & { id: string })[] }> =>
  askFor(`/collections/${kind}/items/${id}/history`, params);
export const getItem = (kind: string, id: string, params: Asked = {}): Promise<Feature> => askFor(`/collections/${kind}/items/${id}`, params);

export interface Items {
  features: Feature[];
  numberReturned: number;
  numberMatched?: number;
  links?: { rel: string; href: string; type?: string }[];
}

export const getItems = (kind: string, params: Asked, signal?: AbortSignal): Promise<Items> =>
  askFor(`/collections/${kind}/items`, params, signal);

/** The page after `items`, or null. The node names its own address; only the query of it counts. */
export async function getNext(items: Items, kind: string, signal?: AbortSignal): Promise<Items | null> {
  const next = items.links?.find((one) => one.rel === "next" && (one.type ?? "").includes("geo+json"));
  if (!next) return null;
  const url = address(`/collections/${kind}/items`) + new URL(next.href, BASE).search;
  return (await (await ask(url, signal)).json()) as Items;
}

/** Where a record comes from, as the reader may see it. */
export interface Lineage {
  id?: string; record_id: number; kind: string; key: string; title: string; mode: Mode; source: string;
  issued: string; recorded: string; again?: boolean; more?: number; hidden?: number; basis?: Lineage[];
  messages?: { id: string; name: string; source: string; format: string; received: string }[];
  method?: { version: string; code: string; params?: Properties };
}

export const getLineage = (kind: string, id: string, params: Asked = {}): Promise<Lineage> => askFor(`/collections/${kind}/items/${id}/lineage`, params);

export type ProductState = "idle" | "waiting" | "running" | "failing" | "broken";
export interface Standing {
  state: ProductState; since: string | null; ran: string | null; seconds: number; parts: number; stored: number; behind: number; failures: string[];
}
/** How products stand; each of them only for readers of what stays on the node. */
export interface Products { ok: boolean; error?: string; each?: Record<string, Standing> }

/** How products stand. A node that is not well answers 503, and says so all the same. */
export async function getProducts(): Promise<Products> {
  const answer = await fetch(address("/health"), { headers: { ...headers(), Accept: "application/json" } });
  if (!answer.ok && answer.status !== 503) throw new Refused(answer.status, `${answer.status} ${answer.statusText}`);
  const found = (await answer.json()) as { checks?: { products?: Products } };
  if (!found.checks?.products) throw new Refused(answer.status, `${answer.status} ${answer.statusText}`);
  return found.checks.products;
}

/** Titles of the products, in the page's language. */
export const getProcesses = (): Promise<{ processes: { id: string; title: string }[] }> => askFor("/processes");

const schemas = new Map<string, Promise<Schema>>();

/** Titles and types of a kind's fields, in the page's language. */
export function getSchema(kind: string): Promise<Schema> {
  const key = `${kind} ${currentLanguage()}`;
  let found = schemas.get(key);
  if (!found) {
    found = askFor<Schema>(`/collections/${kind}/schema`);
    found.catch(() => schemas.delete(key));
    schemas.set(key, found);
  }
  return found;
}

export interface MessageAbout {
  id: string; state: string; reason: string; source: string; received: string; name: string; format: string;
  media_type: string; size: number; records: number;
}

export const getMessage = (id: string): Promise<MessageAbout> => askFor(`/messages/${id}`);
export const getContent = async (id: string): Promise<Response> => ask(`${BASE}/messages/${id}/content`, undefined, "*/*");

/** A link that also works where a token is needed: then the bytes are asked for with it and saved. */
export async function saveWithToken(url: string, name: string): Promise<void> {
  const answer = await ask(url, undefined, "*/*");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
