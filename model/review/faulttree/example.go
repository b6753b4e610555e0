package faulttree

// Example is a tree in YAML to begin with.
const Example = `title: Checkout is down
top_event: Checkout is down
gate: or
children:
  - event: Payment provider is down
    probability: 0.001
  - event: No database answers
    gate: and
    children:
      - event: Primary fails
        probability: 0.01
      - event: Failover does not happen
        gate: or
        children:
          - event: Replica fails
            probability: 0.01
          - event: Failover was never tested
            probability: 0.2
  - event: Too few web servers
    gate: atleast
    k: 2
    children: [web 1, web 2, web 3]
events:
  web 1: 0.02
  web 2: 0.02
  web 3: {probability: 0.02, description: the one in the other zone}
`
