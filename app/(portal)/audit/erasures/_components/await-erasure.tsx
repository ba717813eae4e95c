"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { call, target } from "@/components/client/api";
import { useAnswer } from "@/components/client/use-answer";
import type { listErasures } from "@/lib/api-client/operations/erasures";
import type { Erasure } from "@/lib/audit/retention/erasure/schema";

const list = target<typeof listErasures>("GET", "/confidential/audit/erasures");
const PERIOD_MS = 2_000;

function hasMoved(now: Erasure | undefined, then: Erasure): boolean {
  return now !== undefined && (now.state !== then.state || now.kept_back !== then.kept_back);
}

/** Looks every two seconds whether the worker has carried an agreed erasure out, and then reads the page again. */
export function AwaitErasure({ item }: { item: Erasure }) {
  const router = useRouter();
  const cursor = useSearchParams().get("cursor");
  const { data } = useAnswer({
    queryKey: ["erasures", cursor ?? ""],
    queryFn: () => call(list, { query: cursor === null ? {} : { cursor }, isBackground: true }),
    refetchInterval: PERIOD_MS,
    gcTime: 0,
  });
  const now = data?.items.find(({ id }) => id === item.id);
  const isOver = hasMoved(now, item);
  useEffect(() => {
    if (isOver) router.refresh();
  }, [isOver, router]);
  return null;
}
