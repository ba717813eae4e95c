import { numbersIn } from "../transactions/lookups";
import type { Answers, FormOptions } from "./answers";

export type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

function textsOf(value: string | readonly string[] | undefined): string[] {
  if (value === undefined) return [];
  return (typeof value === "string" ? [value] : [...value]).flatMap((one) => one.split(","));
}

/**
 * Answers that an address gives: `transaction` (once or often), `fields`, `purpose`. What is not of its kind is
 * passed over: the form asks for it.
 */
export function prefillOf(search: Search, options: FormOptions): Partial<Answers> {
  const { ids } = numbersIn(textsOf(search.transaction).join(" "));
  const named = textsOf(search.fields);
  const fields = options.fields.filter((field) => named.includes(field));
  const purpose = options.purposes.find((one) => one === search.purpose);
  return {
    ...(ids.length === 0 ? {} : { ids }),
    ...(fields.length === 0 ? {} : { fields }),
    ...(purpose === undefined ? {} : { purpose }),
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A single UUID of the address; undefined for anything else. */
export function uuidOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" && UUID.test(value) ? value : undefined;
}
