"use client";

import { useQuery } from "@tanstack/react-query";
import { send } from "@/components/client/api";
import type { PlaceCounts } from "@/components/layout/places";
import { queryKeys } from "@/lib/api-client/queries";

async function readCounts(): Promise<PlaceCounts> {
  return (await send("GET", "/confidential/home/counts", { isBackground: true })).json();
}

/** The figures that the server sent with the page, kept in step by the stream: a change makes the home's answers old. */
export function useRailCounts(initial: PlaceCounts): PlaceCounts {
  const { data } = useQuery({
    queryKey: [...queryKeys.home(), "counts"],
    queryFn: readCounts,
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  return data;
}
