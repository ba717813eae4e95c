"use client";

import { use } from "react";
import type { FieldValues } from "react-hook-form";
import type { z } from "zod";
import { NetworkLost } from "@/components/client/api";
import { afterLoad } from "@/components/client/later";
import type { Answers, AnswersSpec } from "@/components/form/answers";
import type { Fault } from "@/components/form/faults";

// What forms need and no other part of a page: the library of forms with its hooks, and the schemas that check what was typed. Together
// they are a quarter of a page's script, so they are loaded after the page. A form is in the page's HTML from the start; its fields wait
// for the scripts anyway (`useReady`).

type Library = typeof import("@/components/form/library");

let library: Library | undefined;
let loading: Promise<Library> | undefined;

async function load(): Promise<Library> {
  await afterLoad();
  try {
    library = await import("@/components/form/library");
    return library;
  } catch (error) {
    // The next form asks again.
    loading = undefined;
    throw error;
  }
}

/** Loads the library of forms, once for all forms. */
export function loadFormLibrary(): Promise<Library> {
  loading ??= load();
  return loading;
}

/** The library of forms. A component that uses it waits for it; meanwhile the server's HTML stays. */
export function useFormLibrary(): Library {
  return library ?? use(loadFormLibrary());
}

/**
 * One form: its answers, their faults, and the state of the attempt to send it. Local checks and the server's 422 give
 * the same faults. Only one attempt runs at a time.
 */
export function useAnswers<A extends FieldValues, T>(spec: AnswersSpec<A, T>): Answers<A> {
  return useFormLibrary().useAnswers(spec);
}

/** Loads a schema, e.g. `async () => (await import("@/lib/…/schema")).NewHold`. */
export type SchemaLoader<S extends z.ZodType = z.ZodType> = () => Promise<S>;

/** Loads what checks a body. Throws NetworkLost where it cannot be loaded. */
export async function loadCheck(loadSchema: SchemaLoader): Promise<(body: unknown) => readonly Fault[]> {
  const parts = Promise.all([import("@/components/form/found-faults"), loadSchema()]);
  const [{ localFaults }, schema] = await parts.catch(() => {
    throw new NetworkLost("no answer");
  });
  return (body) => localFaults(schema, body);
}

/** What a schema finds wrong with a body, before it is sent. */
export async function checkBody(loadSchema: SchemaLoader, body: unknown): Promise<readonly Fault[]> {
  return (await loadCheck(loadSchema))(body);
}
