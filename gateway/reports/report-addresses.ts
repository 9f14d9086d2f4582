// Where a report is found and checked, below the address the gateway is reached under.

export interface ReportAddresses {
  /** Public: whether number and hash belong together. */
  readonly verifyAt: string;
  /** For its issuer: the printable page. */
  readonly page: string;
}

/** `publicUrl` without a slash at its end. */
export function reportAddresses(publicUrl: string, number: string, hash: string): ReportAddresses {
  const page = `${publicUrl}/reports/${number}`;
  return { page, verifyAt: `${page}/verify?hash=${hash}` };
}
