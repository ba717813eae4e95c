"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, type ReactNode, useTransition } from "react";
import { Button } from "@/components/ui/button";

/** Opens the browser's own print dialog. */
export function PrintButton({ children }: { children: ReactNode }) {
  return (
    <Button size="bar" icon="print" onClick={() => print()}>
      {children}
    </Button>
  );
}

/** Reads the page again. */
export function RefreshButton({ children }: { children: ReactNode }) {
  const router = useRouter();
  const [isPending, start] = useTransition();
  return (
    <Button size="bar" isBusy={isPending} onClick={() => start(() => router.refresh())}>
      {children}
    </Button>
  );
}

/** A GET form whose address has only what was filled in; without script the browser sends it as it is. */
export function UrlForm({ action, children }: { action: string; children: ReactNode }) {
  const router = useRouter();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(event.currentTarget))
      if (typeof value === "string" && value.trim() !== "") query.set(name, value.trim());
    if (!query.has("id")) query.delete("kind");
    const text = query.toString();
    router.push(text === "" ? action : `${action}?${text}`);
  };
  return (
    <form action={action} onSubmit={submit}>
      {children}
    </form>
  );
}
