package markdown

import (
	"path"
	"strings"
)

// known are programs that begin commands in runbooks. A line or a piece of inline
// code that begins with another word is not taken for a command by itself.
var known = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		kubectl oc helm k9s kustomize istioctl linkerd argocd flux kubeadm crictl ctr nerdctl velero calicoctl cilium kubectx kubens virtctl
		docker docker-compose podman buildah skopeo
		aws gcloud gsutil bq az doctl terraform terragrunt pulumi vault consul nomad packer ansible ansible-playbook
		systemctl journalctl service initctl launchctl supervisorctl pm2
		ssh scp rsync sftp curl wget nc ncat telnet ping ping6 traceroute tracepath mtr dig nslookup host whois getent ip ifconfig route ss netstat arp tcpdump nft iptables ip6tables ethtool nmap openssl
		ps top htop free vmstat iostat mpstat sar uptime lsof strace ltrace perf pidof pgrep pkill kill killall nice renice dmesg sysctl ulimit numactl
		df du lsblk blkid mount umount fdisk parted mkfs fsck xfs_repair e2fsck resize2fs xfs_growfs lvextend lvs vgs pvs mdadm smartctl fstrim iotop
		ls cat head tail less grep egrep zgrep rg sed awk cut sort uniq wc tr find xargs tee cp mv rm mkdir chmod chown ln touch stat file tar gzip gunzip zcat unzip jq yq diff watch
		sudo su env echo printf export cd source bash sh time timeout date hostname uname id who whoami last crontab at
		psql pg_dump pg_restore pg_isready pg_ctl pg_basebackup patronictl repmgr pgbouncer mysql mysqldump mysqladmin mongo mongosh mongodump redis-cli etcdctl cqlsh nodetool sqlite3 influx clickhouse-client
		kafka-topics.sh kafka-consumer-groups.sh kafka-topics kafka-consumer-groups rabbitmqctl rabbitmq-diagnostics nats zkCli.sh
		promtool amtool logcli thanos mimirtool cortextool
		apt apt-get yum dnf rpm dpkg apk brew pip npm yarn make go python python3 ruby node java jcmd jstack jmap jps
		git gh hub svn
		ceph rados rbd gluster zpool zfs
		nginx apachectl httpd haproxy varnishadm varnishadm certbot cmctl
		chef-client knife puppet salt gitlab-ctl gitlab-rails
		ipmitool racadm virsh`) {
		m[w] = true
	}
	return m
}()

// isCommand reports whether a line is a whole command: a known program with at
// least one argument.
func isCommand(s string) bool {
	f := strings.Fields(s)
	for len(f) > 1 && (f[0] == "sudo" || strings.Contains(f[0], "=") && assignRe.MatchString(f[0])) {
		f = f[1:]
		for len(f) > 1 && strings.HasPrefix(f[0], "-") { // sudo -u postgres psql
			if f[0] == "-u" && len(f) > 2 {
				f = f[1:]
			}
			f = f[1:]
		}
	}
	if len(f) < 2 {
		return false
	}
	name := f[0]
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "./") {
		name = path.Base(name)
		return known[name] || strings.HasSuffix(name, ".sh")
	}
	if !known[name] {
		return false
	}
	// Words that are also English: a sentence is no command.
	switch name {
	case "time", "watch", "at", "make", "go", "host", "file", "find", "sort", "cut", "last", "service", "mount", "touch", "who", "kill", "top", "less", "head", "tail", "echo", "date", "source", "node", "ip", "route":
		return !prose(f[1:])
	}
	return true
}

// prose reports whether words read as a sentence: small words, no signs.
func prose(words []string) bool {
	small := 0
	for _, w := range words {
		switch strings.ToLower(strings.Trim(w, ".,:;")) {
		case "the", "a", "an", "is", "are", "was", "to", "of", "for", "in", "on", "and", "or", "if", "that", "this", "it", "be", "not", "has", "with":
			small++
		}
	}
	return small > 0
}
