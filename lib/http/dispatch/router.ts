import "server-only";
import type { Endpoint, Params } from "@/lib/http/endpoint/bind";

/** An endpoint by its folder under app/confidential: `keys/[id]/state`, `audit/log/tile/entries/[...index]`. */
export type EndpointTable = readonly (readonly [folder: string, endpoint: Endpoint])[];

interface Place {
  readonly fixed: Map<string, Place>;
  dynamic?: { readonly name: string; readonly place: Place };
  rest?: { readonly name: string; readonly endpoint: Endpoint };
  endpoint?: Endpoint;
}

const NAME = /^\[(\.\.\.)?(.+)\]$/;

const newPlace = (): Place => ({ fixed: new Map() });

function step(place: Place, segment: string, folder: string): Place {
  const name = NAME.exec(segment)?.[2];
  if (name !== undefined) {
    place.dynamic ??= { name, place: newPlace() };
    if (place.dynamic.name !== name)
      throw new Error(`${folder}: [${place.dynamic.name}] is at the same place`);
    return place.dynamic.place;
  }
  const known = place.fixed.get(segment) ?? newPlace();
  place.fixed.set(segment, known);
  return known;
}

function add(root: Place, folder: string, endpoint: Endpoint): void {
  const segments = folder.split("/");
  const last = NAME.exec(segments.at(-1) ?? "");
  const isRest = last?.[1] !== undefined;
  const place = (isRest ? segments.slice(0, -1) : segments).reduce(
    (at, segment) => step(at, segment, folder),
    root,
  );
  if (isRest) place.rest = { name: last?.[2] ?? "", endpoint };
  else place.endpoint = endpoint;
}

/** The endpoint of an address with the values of its parameters. */
interface Found {
  readonly endpoint: Endpoint;
  readonly params: Params;
}

/** A fixed name wins over a parameter, and a parameter over the rest of an address. */
function findFrom(place: Place, segments: readonly string[], params: Params): Found | undefined {
  const [first, ...others] = segments;
  if (first === undefined)
    return place.endpoint === undefined ? undefined : { endpoint: place.endpoint, params };
  const { fixed, dynamic, rest } = place;
  const next = fixed.get(first);
  const found =
    (next === undefined ? undefined : findFrom(next, others, params)) ??
    (dynamic === undefined
      ? undefined
      : findFrom(dynamic.place, others, { ...params, [dynamic.name]: first }));
  if (found !== undefined || rest === undefined) return found;
  return { endpoint: rest.endpoint, params: { ...params, [rest.name]: [...segments] } };
}

/**
 * Returns the function that finds the endpoint of a path below /confidential; undefined for addresses that do not
 * exist. A fixed name is found only as it is written in the table: what filters addresses before us sees the same.
 */
export function routerOf(table: EndpointTable): (pathname: string) => Found | undefined {
  const root = newPlace();
  for (const [folder, endpoint] of table) add(root, folder, endpoint);
  return (pathname) => findFrom(root, pathname.split("/").slice(2), {});
}
