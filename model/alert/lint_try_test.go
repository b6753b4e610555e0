package alert
import ("testing";"os";"path/filepath";"fmt")
func TestTry(t *testing.T){
 fs,_:=filepath.Glob("/work/shared/data/alerts/rules/*/*.yaml")
 for _,f:=range fs { b,_:=os.ReadFile(f); fi,fo,err:=Lint(filepath.Base(f),b); if err!=nil {fmt.Println(err);continue}
 g:=map[string]int{}; for _,x:=range fo {g[x.Grade]++}
 fmt.Println(filepath.Base(f),len(fo),g)
 for _,x:=range fi {fmt.Printf("  %d:%d %s %s %s: %s\n",x.Line,x.Column,x.Level,x.Rule,x.Alert,x.Message)}}
}
