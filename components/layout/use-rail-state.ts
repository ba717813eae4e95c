"use client";

import { send } from "@/components/client/api";
import { useAnswer } from "@/components/client/use-answer";
import type { RailState } from "@/components/layout/places";
import { queryKeys } from "@/lib/api-client/queries";

async function readState(): Promise<RailState> {
  return (await send("GET", "/confidential/home/counts", { isBackground: true })).json();
}

/** The figures that the server sent with the page, kept in step by the stream: a change makes the home's answers old. */
export function useRailState(initial: RailState): RailState {
  const { data = initial } = useAnswer({
    queryKey: [...queryKeys.home(), "counts"],
    queryFn: readState,
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  return data;
}
