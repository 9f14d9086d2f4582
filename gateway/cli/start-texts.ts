// What `npm start` tells a person.

export const help = `npm start [-- options]   starts the sandbox agencies and the gateway

  PORT=4000                         port of the gateway (GraphQL at /graphql, explorer at /)
  ADMIN_PORT=4001                   port of the status page and the metrics
  -- --organisations 21000          size of the sandbox: organisations, up to a million
  -- --persons 5000                 and persons
  -- --seed 1                       another deterministic world
  -- --court-port 4101 --procurement-port 4102 --utilities-port 4104 --bidding-port 4105 --postgres-port 4103
  SANDBOX_POSTGRES_URL=postgres://… use a PostgreSQL server instead of the embedded one
  SANDBOX_MARIADB_URL=mysql://…     a MariaDB server for the supervisory commission

The full list is in docs/configuration.md and docs/sandbox.md.`;

/** Printed when everything listens. */
export function banner(url: string, admin: string, seconds: number): string {
  return `
The gateway listens. 网关已启动。  (${seconds.toFixed(1)} s)

  GraphQL    ${url}/graphql
  Explorer   ${url}/            in the browser, works offline 浏览器内查询工具，可离线使用
  Status     ${admin}/status      how the sources do, on this machine only 来源运行状态，仅限本机
  Metrics    ${admin}/metrics     for Prometheus

A token 获取令牌:
  npm run -s token -- --consumer procurement-platform

A first query, as anybody may ask it 首次查询（公众身份）:
  curl -s ${url}/graphql -H 'content-type: application/json' -d @docs/operations/first-query.json

As the procurement platform 以采购平台身份:
  curl -s ${url}/graphql -H 'content-type: application/json' \\
    -H "authorization: Bearer $(npm run -s token -- --consumer procurement-platform)" \\
    -H 'credit-purpose: government-procurement' -d @docs/operations/bid-opening.json

Ctrl-C stops everything. 按 Ctrl-C 停止全部进程。
`;
}
