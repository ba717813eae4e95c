"use client";

import { useRouter } from "next/navigation";
import type { FormEvent, ReactNode } from "react";

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
