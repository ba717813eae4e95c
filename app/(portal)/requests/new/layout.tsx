import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

/** The words of the form and of the pages after it. */
export default function NewRequestLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["requests"]}>{children}</Words>;
}
