import sys
exec(open("bench/python-way.py").read().split('WORKS =')[0])
import time
for name,w in (("seal",seal),("open",lambda: open_first(wraps,text))):
    r=[]
    for _ in range(9):
        s=time.process_time()
        for _ in range(300): w()
        r.append((time.process_time()-s)/300*1e6)
    r.sort(); print("python",name,round(r[4],1),"min",round(r[0],1))
