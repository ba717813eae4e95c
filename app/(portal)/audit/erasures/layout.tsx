import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function ErasuresLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["keeping.erasures"]}>{children}</Words>;
}
